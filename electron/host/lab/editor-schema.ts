import { labJsonSchema, solutionJsonSchema } from '../../../labs/schema.ts';

const schemas = { lab: labJsonSchema, solution: solutionJsonSchema } as const;

/** JSON Schema of one of a lab's files, for editors; null where there is none by that name. */
export function editorSchema(of: string): unknown {
  return Object.hasOwn(schemas, of) ? schemas[of as keyof typeof schemas]() : null;
}
