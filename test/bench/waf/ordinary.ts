/** What people really send, with all that looks a little like an attack: whoever stops one of these has a cost. */
const words = [
  "O'Brien and O'Neill",
  "it's 5 o'clock; let's go -- or not",
  'union square, select seats',
  'Student Union: select committee members from the list',
  'rock and roll',
  'Tom & Jerry; a film',
  'price > 10 && price < 20',
  'a < b > c',
  'How do I drop a table off at the store?',
  'please delete from my account the old card',
  'insert into slot A; update the label',
  'C:\\Users\\anna\\Documents',
  'see chapter 3.. and 4',
  '../ is how you go up a folder',
  'https://shop.test/?a=1&b=2#top',
  'SELECT your favourite colour',
  'my script for the play, act one',
  'the cat sat on the mat; the dog ran',
  'id, name | email | phone',
  'order #12 -- gift wrap, thanks!',
  '1 or 2 = 3? and so on',
  'He said "or" and then =',
  'rm is a unit of nothing',
  'ping me at 5; ls is short for lens',
  'if (x) { return y; }',
  'function (a, b) of the machine',
  'the alert (red) was set',
  'eval the exam (written)',
  '50% off, 100% cotton',
  '{"json": "in a field"}',
  'cost: $5 (five)',
  '`quoted` words',
  'a=b;c=d',
  'Zoë & André, Łódź, 東京',
  'x'.repeat(2000),
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln',
  '2026-11-21T10:00:00+01:00',
  'user@example.test',
  '+44 20 7946 0000',
  'a/b/c.d?e',
  '<3 you',
  'I <i>really</i> mean it',
  'java is an island; python is a snake',
  'curl your hair; wget is a tool',
  'php 8 or ruby?',
  'session expired, sleep well',
  'benchmark results: 10 (ten)',
];

export interface Ordinary {
  readonly name: string;
  readonly bytes: Buffer;
}

const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const head = `Host: shop.lab\r\nUser-Agent: ${agent}\r\nAccept: text/html,application/json;q=0.9,*/*;q=0.8\r\n`;
const query = (text: string) => `GET /search?q=${encodeURIComponent(text)} HTTP/1.1\r\n${head}\r\n`;
const posted = (type: string, body: string) =>
  `POST /order HTTP/1.1\r\n${head}Content-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

/** Each sentence in a query, in a form and in JSON; and some requests of a shop's page. */
export const ordinary: readonly Ordinary[] = [
  ...words.flatMap((text) => {
    const name = text.slice(0, 40);
    return [
      { name: `query ${name}`, bytes: Buffer.from(query(text)) },
      {
        name: `form ${name}`,
        bytes: Buffer.from(
          posted('application/x-www-form-urlencoded', `note=${encodeURIComponent(text)}&n=1`),
        ),
      },
      {
        name: `JSON ${name}`,
        bytes: Buffer.from(posted('application/json', JSON.stringify({ note: text, n: 1 }))),
      },
    ];
  }),
  ...[
    '/',
    '/favicon.ico',
    '/assets/app.8f3c.js',
    '/api/v1/items/42/reviews?page=2&sort=-date',
    '/a%20b/c.html',
  ].map((path) => ({
    name: path,
    bytes: Buffer.from(
      `GET ${path} HTTP/1.1\r\n${head}Cookie: session=4f2c9a; theme="dark"; _ga=GA1.2.1234.5678\r\nReferer: https://shop.lab/?from=mail&x=1\r\n\r\n`,
    ),
  })),
];
