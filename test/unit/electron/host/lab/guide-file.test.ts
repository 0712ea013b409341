import { describe, expect, it } from 'vitest';
import { parseGuide } from '../../../../../electron/host/lab/guide-file.ts';

const text = `# Title

Story.

# First act {#one}

Intro.

## First step {#see}

Look.

\`\`\`sh client
# not a heading {#nor-an-act}
curl http://backend-3:8080/
\`\`\`

### Hint

First.

### Hint

Second.

### Why

Because.

#### A smaller heading stays text

## Second step {#act}

Do.
`;

describe('guide.md', () => {
  it('is taken apart by its headings', () => {
    const { guide, problems } = parseGuide(text);
    expect(problems).toEqual([]);
    expect(guide).toMatchObject({ title: 'Title', story: 'Story.' });
    expect(guide.acts).toHaveLength(1);
    const [act] = guide.acts;
    expect(act).toMatchObject({ id: 'one', title: 'First act', intro: 'Intro.', line: 5 });
    expect(act?.steps.map((step) => step.id)).toEqual(['see', 'act']);
    expect(act?.steps[0]).toMatchObject({ title: 'First step', hints: ['First.', 'Second.'], line: 9 });
    expect(act?.steps[0]?.why).toBe('Because.\n\n#### A smaller heading stays text');
  });

  it('leaves code as it is', () => {
    const step = parseGuide(text).guide.acts[0]?.steps[0];
    expect(step?.text).toContain('```sh client\n# not a heading {#nor-an-act}\n');
  });

  it.each([
    ['## Step {#a}', 1, 'no title'],
    ['# T\n\n## Step {#a}', 3, 'before any act'],
    ['# T\n# A {#a}\n## Step', 3, 'without its id'],
    ['# T\n# A {#a}\n### Why\n', 3, 'outside a step'],
    ['# T\n\n# Another', 3, 'second title'],
  ])('%j: line %i, %s', (wrong, line, message) => {
    const found = parseGuide(wrong).problems.find((one) => one.message.includes(message));
    expect(found?.line).toBe(line);
  });
});
