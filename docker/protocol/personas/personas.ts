import { alb } from './alb.ts';
import { envoy } from './envoy.ts';
import { haproxy } from './haproxy.ts';
import { kubeProxy } from './kube-proxy.ts';
import { nginx } from './nginx.ts';
import { nlb } from './nlb.ts';
import type { Persona } from './persona.ts';

/** Every persona. Adding one is a file and a line here. */
export const personas: readonly Persona[] = [nlb, alb, haproxy, nginx, envoy, kubeProxy];

export function personaNamed(name: unknown): Persona | null {
  return personas.find((persona) => persona.name === name) ?? null;
}

/** Whose conduct a balancer of this layer can take on. */
export function personaNames(layer: 'l4' | 'l7'): readonly string[] {
  return personas.filter((persona) => persona[layer] !== null).map((persona) => persona.name);
}
