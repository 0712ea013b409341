import { expect, it } from 'vitest';
import type { Link } from '../../../../../electron/contract/session.ts';
import { upstream } from '../../../../../electron/host/telemetry/upstream.ts';

const link = (from: string, to: string): Link => ({ from, to, layer: 'l4' });

it('finds whoever may send through a node, nearest first, and nobody else', () => {
  const links = [
    link('via-nlb', 'nlb'),
    link('via-alb', 'alb'),
    link('nlb', 'proxy'),
    link('proxy', 'backend'),
    link('alb', 'backend'),
  ];
  expect(upstream('proxy', links)).toEqual(['nlb', 'via-nlb']);
  expect(upstream('alb', links)).toEqual(['via-alb']);
  expect(upstream('via-alb', links)).toEqual([]);
});
