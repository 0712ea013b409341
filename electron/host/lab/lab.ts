import type { Capability } from '../../contract/app.ts';
import type { Json, Role } from '../../contract/session.ts';
import type { ActFile, LabFile, needNames, SolutionFile } from '../../../labs/schema.ts';
import type { FaultUse } from '../../../labs/actions.ts';
import type { NodeNetwork } from '../../../labs/nodes.ts';
import type { Guide } from './guide-file.ts';

/** A lab folder, read and found good: every reference in it leads somewhere. */
export interface Lab {
  readonly id: string;
  /** The folder. */
  readonly path: string;
  readonly file: Omit<LabFile, 'nodes' | 'acts'>;
  readonly nodes: LabNodes;
  readonly acts: readonly LabAct[];
  readonly guide: Guide;
  readonly solution: SolutionFile;
  /** Texts of its folder `manifests`, by file name. */
  readonly manifests: Readonly<Record<string, string>>;
}

export type LabAct = Omit<ActFile, 'nodes'> & { readonly nodes: LabNodes };
export type LabNodes = Readonly<Record<string, LabNode>>;

/** Settings stay as the author wrote them, without defaults: those are the role's, and come when the plan is made. */
export interface LabNode {
  readonly role: LabRole;
  readonly count?: number | undefined;
  readonly memoryMiB?: number | undefined;
  readonly port?: number | undefined;
  /** Extra names that it holds certificates for; left out: it holds none. */
  readonly certificates?: readonly string[] | undefined;
  /** A file of Kubernetes documents, which its settings hold already. */
  readonly manifests?: string | undefined;
  readonly network?: NodeNetwork | undefined;
  readonly settings: Settings;
  readonly faults?: Readonly<Record<string, FaultUse>> | undefined;
}

export type LabRole = Role;
export type Settings = Readonly<Record<string, Json>>;

/** labs/ may not see the contract, so the two lists of needs are held together here, by the compiler. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
export const needsAreCapabilities: Same<Capability, (typeof needNames)[number]> = true;
