import type { Plugin } from 'esbuild';

/**
 * Two savings at every start of a program; twelve start at once on two cores, so each counts twelve times.
 */

/**
 * `import` of a built-in module reads every one of its exports to make an ES module of it, and `node:http` has getters
 * that load all of undici (12 ms of a start's 80). `require` reads only what is used.
 */
export const requireBuiltins: Plugin = {
  name: 'require-builtins',
  setup(build) {
    const namespace = 'builtin';
    build.onResolve({ filter: /^node:/ }, (args) =>
      args.namespace === namespace ? { path: args.path, external: true } : { path: args.path, namespace },
    );
    build.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

/** zod exports its messages in fifty languages as one object, which no bundler can thin out: half of each program. */
export const englishOnly: Plugin = {
  name: 'english-only',
  setup(build) {
    build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, ({ path }) => ({
      contents: `export { default as en } from './en.js';`,
      resolveDir: path.replace(/index\.js$/, ''),
    }));
  },
};
