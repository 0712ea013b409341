import { z } from 'zod';
import type { AdminRoute } from '../lib/admin-route.ts';
import type { FaultListing } from '../protocol/admin.ts';
import type { Json } from '../protocol/json.ts';
import { faultNames, faultSettings } from '../protocol/faults.ts';
import type { FaultName } from '../protocol/faults.ts';
import { faultNamed } from './fault-list.ts';
import { scopeSchemaFor } from './fault-scope.ts';
import type { FaultStage } from './fault-stage.ts';

export function faultRoutes(stage: FaultStage): AdminRoute[] {
  const schemas = new Map<FaultName, Json>();
  const schemaOf = (name: FaultName) => {
    const known = schemas.get(name) ?? (z.toJSONSchema(faultSettings[name], { io: 'input' }) as Json);
    schemas.set(name, known);
    return known;
  };
  const scopes = new Map<string, Json>();
  const scopeSchemaOf = (name: FaultName) => {
    const { layer } = faultNamed(name);
    const known = scopes.get(layer) ?? (z.toJSONSchema(scopeSchemaFor(layer), { io: 'input' }) as Json);
    scopes.set(layer, known);
    return known;
  };
  const listing = (name: FaultName): FaultListing => {
    const meta = faultSettings[name].meta();
    const armed = stage.armed(name);
    return {
      name,
      title: meta?.title ?? name,
      description: meta?.description ?? '',
      schema: schemaOf(name),
      scopeSchema: scopeSchemaOf(name),
      active:
        armed === null
          ? null
          : {
              settings: armed.settings as Json,
              scope: armed.scope,
              since: armed.since,
              applied: armed.applied,
              effective: armed.effective,
            },
    };
  };
  return [
    { method: 'GET', path: '/faults', handle: () => faultNames.map(listing) },
    {
      method: 'PUT',
      path: '/faults/:name',
      handle({ params, body }) {
        const name = params.name ?? '';
        stage.set(name, body);
        return listing(name as FaultName);
      },
    },
    {
      method: 'DELETE',
      path: '/faults/:name',
      handle({ params }) {
        const name = params.name ?? '';
        stage.clear(name);
        return listing(name as FaultName);
      },
    },
  ];
}
