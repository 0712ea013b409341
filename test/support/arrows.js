/**
 * The import arrows that may exist, by folder: what each may reach inside this repository. One source for the lint
 * rule and for the test that walks every import.
 */
export const allowed = {
  'electron/contract': [],
  'electron/rpc': ['electron/contract'],
  'electron/host': ['electron/contract', 'labs', 'docker/protocol'],
  'electron/main': ['electron/contract', 'electron/rpc', 'electron/host'],
  'electron/preload': ['electron/contract', 'electron/rpc'],
  'electron/build': ['electron/contract', 'electron/host'],
  'electron/server': ['electron/contract', 'electron/rpc', 'electron/host', 'electron/build'],
  'electron/start': ['electron/contract', 'electron/host', 'electron/build', 'electron/server'],
  'electron/cli': ['electron/contract', 'electron/rpc', 'electron/host', 'docker/protocol'],
  renderer: ['electron/contract', 'electron/rpc'],
  labs: ['docker/protocol'],
  'docker/protocol': [],
  'docker/lib': ['docker/protocol'],
  'docker/wire': [],
  'docker/balancing': ['docker/protocol', 'docker/lib'],
  'docker/kernel': ['docker/protocol', 'docker/lib', 'docker/balancing'],
  'docker/l4': ['docker/protocol', 'docker/lib', 'docker/wire', 'docker/balancing', 'docker/kernel'],
  'docker/l7': ['docker/protocol', 'docker/lib', 'docker/wire', 'docker/balancing'],
  'docker/backend': ['docker/protocol', 'docker/lib', 'docker/wire'],
  'docker/client': ['docker/protocol', 'docker/lib', 'docker/wire'],
  'docker/ctl': ['docker/protocol'],
  'docker/kube-node': ['docker/protocol', 'docker/lib', 'docker/kernel'],
  'docker/peers': ['docker/protocol', 'docker/lib'],
  'docker/kubelet': ['docker/protocol', 'docker/lib', 'docker/balancing'],
};

/** Packages that only one folder may know. */
export const packageHomes = {
  electron: ['electron/main', 'electron/preload'],
  dockerode: ['electron/host/engine/docker'],
  ws: ['electron/server', 'docker'],
  svelte: ['renderer'],
};

const folders = Object.keys(allowed);

/** For the lint rule: patterns of relative imports that leave a folder for one it may not reach. */
export const arrows = Object.fromEntries(
  folders.map((folder) => {
    const reachable = [folder, ...allowed[folder]];
    const names = folders.filter((other) => !reachable.some((r) => other === r || other.startsWith(`${r}/`)));
    const packages = Object.entries(packageHomes)
      .filter(
        ([, homes]) =>
          !homes.some(
            (home) => home === folder || home.startsWith(`${folder}/`) || folder.startsWith(`${home}/`),
          ),
      )
      .map(([name]) => ({
        // A group would match a folder of that name in a relative path too.
        regex: `^${name}($|/)`,
        message: `Only ${packageHomes[name].join(', ')} may import it.`,
      }));
    const crossing = names.map((other) => {
      const last = other.split('/').at(-1);
      return {
        group: [`**/../${last}/**`, `../**/${other}/**`],
        message: `${folder} may not import ${other}.`,
      };
    });
    return [folder, { forbidden: [...crossing, ...packages] }];
  }),
);
