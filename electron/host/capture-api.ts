import type { Api } from './api.ts';
import type { Controller } from './controller.ts';

type CaptureRequest = Extract<keyof Api, `capture.${string}`>;

/** The requests about packets. */
export function captureApi(controller: Controller): Pick<Api, CaptureRequest> {
  const capture = () => controller.mustSession().capture;
  return {
    'capture.start': async ({ node, seconds }) => {
      await controller.mustSession().act({ do: 'capture', node, on: true, seconds: seconds ?? 600 });
      return null;
    },
    'capture.stop': async ({ node }) => {
      await controller.mustSession().act({ do: 'capture', node, on: false, seconds: 0 });
      return null;
    },
    'capture.clear': async () => {
      capture().clear();
      return await nothing;
    },
    'capture.page': async ({ after, limit, conversation }) =>
      await Promise.resolve(capture().page(after, limit, conversation)),
    'capture.conversation': async ({ conversation }) =>
      await Promise.resolve({ conversations: capture().conversation(conversation) }),
    'capture.packet': async ({ seq }) => await Promise.resolve(capture().packet(seq)),
    'capture.export': async ({ after }) => {
      const { id, lab } = controller.mustSession();
      return await Promise.resolve(capture().export(`${lab.id}-${id}`, after));
    },
  };
}

const nothing = Promise.resolve(null);
