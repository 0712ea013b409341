/** Where the documents are to hold: a balancer of the lab, and who can stand behind it. */
export interface Surroundings {
  readonly role: 'l4' | 'l7';
  /** Names that a backend may have, each with how many nodes it is. Null: nobody knows, any name will do. */
  readonly backends: ReadonlyMap<string, number> | null;
  /** Where the balancer listens; null: nobody knows. */
  readonly port: number | null;
}
