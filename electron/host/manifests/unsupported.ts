import type { z } from 'zod';
import type { LabProblem } from '../../contract/catalogue.ts';
import { problem } from '../lab/problem.ts';
import type { YamlSource } from '../lab/yaml-source.ts';

type Issue = z.core.$ZodIssue;

/** Fields that Kubernetes has and this subset has not: what to do instead. */
const known: Readonly<Record<string, string>> = {
  retry: 'the proxy’s own settings under retry',
  sessionPersistence: 'the group’s own setting sticky',
  cors: 'responseHeaders of the route’s own settings',
  extensionRef: 'a setting of the proxy itself',
  externalAuth: 'the proxy’s own settings under tokens',
  percentage: 'percent',
  resource: 'a service',
  addresses: 'nothing: the node has its address from the lab',
  infrastructure: 'nothing: the node is there already',
  selector: 'from: Same or from: All',
  subjectAltNames: 'hostname',
  frontendValidation: 'the proxy’s own setting tls.clientCertificate',
  backendTLS: 'the proxy’s own setting targetTls.present',
  useDefaultGateways: 'parentRefs',
  allowedListeners: 'nothing: one Gateway with all its listeners',
};

/** The objections that are about such a field, said by its name; the others are left for the schema to explain. */
export function unsupported(
  issues: readonly Issue[],
  source: YamlSource,
): { readonly problems: readonly LabProblem[]; readonly rest: readonly Issue[] } {
  const problems: LabProblem[] = [];
  const rest = issues.flatMap((issue): Issue[] => {
    if (issue.code !== 'unrecognized_keys') return [issue];
    const named = issue.keys.filter((key) => Object.hasOwn(known, key));
    for (const key of named) {
      problems.push(
        problem(source, {
          path: [...issue.path, key],
          of: 'key',
          message: `${key} is not supported here`,
          expected: known[key] ?? '',
        }),
      );
    }
    const others = issue.keys.filter((key) => !named.includes(key));
    return others.length === 0 ? [] : [{ ...issue, keys: others }];
  });
  return { problems, rest };
}
