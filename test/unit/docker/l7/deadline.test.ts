import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Deadline, giveBack, takeDeadline } from '../../../../docker/l7/deadline.ts';

describe('a deadline', () => {
  const rung: string[] = [];
  const rings = (what: string) => () => void rung.push(what);

  beforeEach(() => {
    rung.length = 0;
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('rings once, when its time has come', () => {
    new Deadline().set(100, rings('a'));
    vi.advanceTimersByTime(99);
    expect(rung).toEqual([]);
    vi.advanceTimersByTime(500);
    expect(rung).toEqual(['a']);
  });

  it('is put off by every refresh', () => {
    const deadline = new Deadline();
    deadline.set(100, rings('a'));
    for (let step = 0; step < 5; step++) {
      vi.advanceTimersByTime(60);
      deadline.refresh();
    }
    expect(rung).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(rung).toEqual(['a']);
  });

  it('holds a later time with the timer it has', () => {
    const deadline = new Deadline();
    deadline.set(100, rings('a'));
    deadline.set(1000, rings('b'));
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(999);
    expect(rung).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(rung).toEqual(['b']);
  });

  it('holds an earlier time', () => {
    const deadline = new Deadline();
    deadline.set(1000, rings('a'));
    deadline.set(100, rings('b'));
    vi.advanceTimersByTime(2000);
    expect(rung).toEqual(['b']);
  });

  it('does not ring when it was cleared, and can be set again', () => {
    const deadline = new Deadline();
    deadline.set(100, rings('a'));
    deadline.clear();
    deadline.refresh();
    vi.advanceTimersByTime(200);
    expect(rung).toEqual([]);
    deadline.set(100, rings('b'));
    vi.advanceTimersByTime(100);
    expect(rung).toEqual(['b']);
  });

  it('leaves no timer behind once it is stopped', () => {
    const deadline = new Deadline();
    deadline.set(100, rings('a'));
    deadline.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('rings for nobody who gave it back', () => {
    const first = takeDeadline();
    first.set(100, rings('a'));
    giveBack(first);
    const second = takeDeadline();
    expect(second).toBe(first);
    second.set(300, rings('b'));
    vi.advanceTimersByTime(1000);
    expect(rung).toEqual(['b']);
    giveBack(second);
  });
});
