import type { Action } from '../../../labs/actions.ts';
import type { FaultUse } from '../../../labs/actions.ts';
import type { Allocation } from '../engine/engine.ts';
import type { ManifestFile } from '../../contract/manifests.ts';
import type { Json } from '../../contract/session.ts';
import type { PowerAction } from '../engine/engine.ts';
import { actNodes, allMembers, members } from './groups.ts';
import type { Lab, Settings } from './lab.ts';
import { fillPicks, picks } from './pick.ts';
import { resolver } from './plan.ts';
import { fillSettings } from './program-settings.ts';

/** An action on one node of one session: variables chosen, groups spelled out, names turned into addresses. */
export type ConcreteAction =
  | { readonly do: 'set'; readonly node: string; readonly settings: Settings }
  | { readonly do: 'apply'; readonly node: string; readonly file: ManifestFile }
  | ({ readonly do: 'fault'; readonly node: string; readonly fault: string } & FaultUse)
  | { readonly do: 'heal'; readonly node: string; readonly fault: string | null }
  | { readonly do: 'power'; readonly node: string; readonly action: PowerAction }
  | { readonly do: 'run'; readonly node: string; readonly command: string; readonly expect: string | null }
  | { readonly do: 'capture'; readonly node: string; readonly on: boolean; readonly seconds: number }
  | { readonly do: 'predict' | 'answer'; readonly step: string; readonly value: string };

export interface ActionContext {
  readonly lab: Lab;
  readonly act: number;
  readonly session: string;
  readonly allocation: Allocation;
}

/** In order; an action on a group becomes one for each member. Settings stay in stated time. */
export function concreteActions(
  actions: readonly Action[],
  context: ActionContext,
): readonly ConcreteAction[] {
  const { lab, act, session, allocation } = context;
  const nodes = actNodes(lab, act);
  const chosen = picks(lab, session, allocation);
  const resolve = resolver(nodes, allocation);
  const roleOf = new Map(allMembers(nodes).map((member) => [member.name, member.node.role]));
  const each = (reference: string) => members(nodes, fillPicks(reference, chosen));

  return actions.flatMap((action): ConcreteAction[] => {
    if (action.do === 'predict' || action.do === 'answer')
      return [{ do: action.do, step: action.step, value: fillPicks(action.value, chosen) }];
    return each(action.node).flatMap((node): ConcreteAction[] => {
      switch (action.do) {
        case 'set': {
          const role = roleOf.get(node);
          const settings = fillText(action.settings, chosen);
          return role === undefined
            ? []
            : [{ do: 'set', node, settings: fillSettings(role, settings, resolve) }];
        }
        case 'apply':
          return [
            {
              do: 'apply',
              node,
              file: { name: action.manifests, text: lab.manifests[action.manifests] ?? '' },
            },
          ];
        case 'fault':
          return [{ do: 'fault', node, fault: action.fault, with: action.with, scope: action.scope }];
        case 'heal':
          return [{ do: 'heal', node, fault: action.fault ?? null }];
        case 'power':
          return [{ do: 'power', node, action: action.action }];
        case 'capture':
          return [{ do: 'capture', node, on: action.on, seconds: action.seconds }];
        case 'run': {
          const command = fillPicks(action.command, chosen);
          const expect = action.expect === undefined ? null : fillPicks(action.expect, chosen);
          return [{ do: 'run', node, command, expect }];
        }
      }
    });
  });
}

function fillText(settings: Settings, chosen: Readonly<Record<string, string>>): Settings {
  return fillValue(settings, chosen) as Settings;
}

function fillValue(value: Json, chosen: Readonly<Record<string, string>>): Json {
  if (typeof value === 'string') return fillPicks(value, chosen);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => fillValue(item, chosen));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillValue(item, chosen)]));
}
