import { z } from 'zod';

/** A node as a container, a host name and a button know it: `backend` with count 10 gives backend-1 ... backend-10. */
export const nodeNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'lower-case words joined by hyphens')
  .max(40);

/** A name that a site is known by, as `app.lab`; `*.lab` stands for one label. */
export const hostNameSchema = z
  .string()
  .regex(/^(\*\.)?[a-z0-9]+([.-][a-z0-9]+)*$/, 'a host name in lower case, such as app.lab')
  .max(253);

/** A node, a group of nodes, or a variable such as `$culprit`. */
export const referenceSchema = z
  .string()
  .regex(/^\$?[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'a node name, or $ and a variable of `pick`')
  .max(41);

export const idSchema = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case words joined by hyphens')
  .max(40);

export const sentence = z.string().trim().min(1).max(600);

/** A file of Kubernetes documents in the lab's folder `manifests`. */
export const manifestNameSchema = z
  .string()
  .max(60)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*\.yaml$/, 'a file of the lab’s folder manifests, such as shop.yaml');
