import type { Carts } from './carts.ts';
import { json } from './exchange.ts';
import type { Exchange, Handler } from './exchange.ts';

const cookieName = 'SESSION';

/**
 * /cart: each request puts one item into the cart of the session that its cookie names. Without a cookie a cart begins. A
 * cookie whose cart is not to be found means that somebody's cart is lost: 410 says so, and a new one begins.
 */
export function cartEndpoint(node: string, carts: Carts): Handler {
  const begin = async (exchange: Exchange, status: number, words: object) => {
    const session = await carts.begin();
    const answer = json(status, { node, ...words, items: 1, session });
    const headers = { ...answer.headers, 'set-cookie': `${cookieName}=${session}; Path=/; HttpOnly` };
    exchange.send({ ...answer, headers });
  };
  const serve = async (exchange: Exchange) => {
    const session = sessionOf(exchange.request.headers.cookie);
    if (session === null) {
      await begin(exchange, 200, {});
      return;
    }
    const items = await carts.add(session);
    if (items === null) await begin(exchange, 410, { lost: session });
    else exchange.send(json(200, { node, items, session }));
  };
  return (exchange) => {
    serve(exchange).catch((error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      exchange.send(json(503, { node, error: `the cart's store: ${text}` }));
    });
  };
}

function sessionOf(cookies: string | undefined): string | null {
  const pairs = (cookies ?? '').split(';').map((pair) => pair.trim());
  const found = pairs.find((pair) => pair.startsWith(`${cookieName}=`));
  return found === undefined ? null : found.slice(cookieName.length + 1);
}
