import type { Refusal } from './gate.ts';

/** A page for a person, in answer to what cannot be served. No script, nothing of the request repeated. */
export interface Page {
  readonly status: number;
  readonly html: string;
}

const refusals: Readonly<Record<Refusal, string>> = {
  host: 'This address is not the one that Blindspot listens on. Open the link exactly as the terminal shows it.',
  origin: 'Another site sent this request. Blindspot answers its own window only.',
  spent:
    'This link was used already, or is not one of ours: each link opens one browser. Press Enter in the terminal where Blindspot runs for a fresh one.',
  stranger:
    'Blindspot can start containers on this machine, so it opens only by the link in its terminal. Press Enter there for a fresh one.',
};

export function refusedPage(why: Refusal): Page {
  return { status: 403, html: page('Not by this way', refusals[why]) };
}

export function missingPage(): Page {
  return {
    status: 404,
    html: page('Nothing here', 'There is no such page. The window is at the front page.'),
  };
}

export function methodPage(): Page {
  return {
    status: 405,
    html: page('Reading only', 'The window is read by GET; everything else goes by its channel.'),
  };
}

export function notBuiltPage(): Page {
  return {
    status: 503,
    html: page(
      'The window is not built yet',
      'The server runs, but the files of the window are missing. Run "npm run build" and load this page again.',
    ),
  };
}

/**
 * After the token: the cookie is set by this answer, and the page moves on by itself. A redirect would not do, because
 * a SameSite=Strict cookie is withheld from a redirect when the link was clicked on another site.
 */
export function welcomePage(): Page {
  return {
    status: 200,
    html: page('Opening Blindspot', 'One moment.', '<meta http-equiv="refresh" content="0;url=/">'),
  };
}

function page(title: string, text: string, head = ''): string {
  return `<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">${head}
<title>${title}: Blindspot</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:18vh auto 0;padding:0 1.5rem}h1{font-size:1.4rem}</style>
</head>
<body><main><h1>${title}</h1><p>${text}</p></main></body>
</html>
`;
}
