import type { AppState, Notice } from '../contract/app.ts';
import type { Caller, Host, Params, RequestName, Result } from '../contract/requests.ts';
import { createApi } from './api.ts';
import { Controller } from './controller.ts';
import { dataDir } from './data-dir.ts';
import { createDockerEngine } from './engine/docker/docker-engine.ts';
import type { Engine } from './engine/engine.ts';
import { createLocalEngine } from './engine/local/local-engine.ts';
import { Engines } from './engines.ts';
import { CertificateStore } from './lab/certificate-store.ts';
import { Progress } from './lab/progress.ts';
import { Shelf } from './lab/shelf.ts';
import { Recordings } from './telemetry/recordings.ts';
import { TopicHub } from './topics.ts';
import { provideViews } from './views.ts';

export interface HostOptions {
  /** The repository, or the packaged app's resources: labs/, docker/ and bundles are found from here. */
  readonly root: string;
  readonly face: AppState['face'];
  readonly notices?: readonly Notice[];
  readonly stateDir?: string;
  /** Tests put their own engines here; nothing else does. */
  readonly engines?: readonly Engine[];
}

export interface LabHost extends Host {
  readonly controller: Controller;
}

/** The composition root: everything that runs a lab, wired once, behind one plain interface. */
export async function createHost(options: HostOptions): Promise<LabHost> {
  const { root, face, stateDir = dataDir() } = options;
  const engines = new Engines(
    options.engines ?? [createDockerEngine({ root, stateDir }), createLocalEngine({ root, stateDir })],
  );
  const topics = new TopicHub();
  const progress = new Progress(stateDir);
  await Promise.all([engines.refresh(), progress.load()]);
  const shelf = new Shelf(root, stateDir);
  const recordings = new Recordings(stateDir);
  const certificates = new CertificateStore(stateDir);
  const notices = options.notices ?? [];
  const controller = new Controller({ engines, topics, progress, shelf, recordings, certificates, notices });
  provideViews(controller, topics, face);
  await controller.sweep();
  const api = createApi(controller, topics, stateDir);

  return {
    controller,
    async call<N extends RequestName>(name: N, params: Params<N>, caller: Caller): Promise<Result<N>> {
      return await api[name](params, caller);
    },
    subscribe: (topic, key, listener) => topics.subscribe(topic, key, listener),
    async dispose() {
      await controller.dispose();
      topics.close();
      await progress.flush();
      await engines.dispose();
    },
  };
}
