import type { ProgramEvent } from '../../../docker/protocol/events.ts';
import type { KubeletCommand } from '../../../docker/protocol/kubelet.ts';
import type { TimelineEntry } from '../../contract/measure.ts';

type Entry = Omit<TimelineEntry, 'seq'>;

/** An event of a program in words for the timeline; null for what has its own place on screen (every probe). */
export function tell(node: string, event: ProgramEvent): Entry | null {
  const base = { at: event.at, node, target: null, tone: 'neutral' } as const;
  switch (event.type) {
    case 'probe':
      return null;
    case 'started':
      return { ...base, kind: 'node', text: `${node} started` };
    case 'stopping':
      return { ...base, kind: 'node', text: `${node} is stopping: ${event.reason}` };
    case 'settings':
      return { ...base, kind: 'setting', text: `${node}: ${event.changed.join(', ')} changed` };
    case 'reset':
      return { ...base, kind: 'setting', text: `${node} was reset to its start` };
    case 'fault':
      return {
        ...base,
        kind: 'fault',
        tone: event.on ? 'bad' : 'good',
        text: event.on ? `${node}: fault ${event.fault} on` : `${node}: fault ${event.fault} cleared`,
      };
    case 'health':
      return {
        ...base,
        kind: 'health',
        target: event.target,
        tone: event.to === 'healthy' ? 'good' : event.to === 'unhealthy' ? 'bad' : 'neutral',
        text: `${event.target}: ${event.from} to ${event.to} (${event.reason})`,
      };
    case 'command':
      return {
        ...base,
        kind: 'action',
        target: event.node,
        tone: event.verb === 'signal' ? 'bad' : 'neutral',
        text: `${node}: ${commandWords(event)}`,
      };
    case 'fail-open':
      return {
        ...base,
        kind: 'alert',
        tone: event.on ? 'bad' : 'good',
        text: event.on
          ? `${node} fails open: no target is healthy, all get traffic`
          : `${node} no longer fails open`,
      };
    case 'kernel':
      return {
        ...base,
        kind: 'setting',
        text: `${node}: the kernel chooses among ${event.serving.length === 0 ? 'nobody' : event.serving.join(', ')}`,
      };
    case 'note':
      return { ...base, kind: 'action', text: `${node}: ${event.text}` };
  }
}

function commandWords(command: KubeletCommand): string {
  switch (command.verb) {
    case 'start':
      return `start ${command.node}`;
    case 'signal':
      return `SIG${command.signal} to ${command.node}`;
    case 'exec':
      return `run ${command.command.join(' ')} in ${command.node}`;
    case 'publish':
      return `publish ${command.node} as ${command.as}`;
  }
}
