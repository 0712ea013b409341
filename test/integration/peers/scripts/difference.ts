import type { Transcript } from '../http-script.ts';

/** Where a peer does otherwise, and why that is no mistake of ours. */
export type Difference =
  { readonly why: string; readonly sees: Transcript } | { readonly why: string; readonly skip: true };
