/** `guide.md`, taken apart. Which heading is what is told by its id: see labs/README.md. */
export interface Guide {
  readonly title: string;
  readonly story: string;
  readonly acts: readonly GuideAct[];
}

export interface GuideAct {
  readonly id: string;
  readonly title: string;
  readonly intro: string;
  readonly line: number;
  readonly steps: readonly GuideStep[];
}

export interface GuideStep {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly hints: readonly string[];
  readonly why: string;
  readonly line: number;
}

export interface GuideProblem {
  readonly line: number;
  readonly message: string;
  readonly expected: string;
}

type Part = 'text' | 'hint' | 'why';

interface Heading {
  readonly level: number;
  readonly title: string;
  readonly id: string | null;
}

/** A step while it is read: its parts as lists of lines. */
interface OpenStep {
  readonly id: string;
  readonly title: string;
  readonly line: number;
  readonly parts: { readonly kind: Part; readonly lines: string[] }[];
}

interface OpenAct {
  readonly id: string;
  readonly title: string;
  readonly line: number;
  readonly intro: string[];
  readonly steps: OpenStep[];
}

export function parseGuide(text: string): {
  readonly guide: Guide;
  readonly problems: readonly GuideProblem[];
} {
  const problems: GuideProblem[] = [];
  const story: string[] = [];
  const acts: OpenAct[] = [];
  let title = '';
  let target = story;
  let fenced = false;

  const problem = (line: number, message: string, expected: string) => {
    problems.push({ line, message, expected });
  };
  const onHeading = (heading: Heading, line: number): boolean => {
    if (heading.level === 1 && heading.id === null) {
      if (title !== '') problem(line, 'a second title', 'one `# Title`; acts are `# Title {#act-id}`');
      title = heading.title;
      return true;
    }
    if (heading.level === 1 && heading.id !== null) {
      const act: OpenAct = { id: heading.id, title: heading.title, line, intro: [], steps: [] };
      acts.push(act);
      target = act.intro;
      return true;
    }
    const act = acts.at(-1);
    if (heading.level === 2) {
      if (heading.id === null) return (problem(line, 'a step without its id', '`## Title {#step-id}`'), true);
      if (act === undefined)
        return (problem(line, `step "${heading.id}" before any act`, '`# Title {#act-id}` above it'), true);
      const step: OpenStep = {
        id: heading.id,
        title: heading.title,
        line,
        parts: [{ kind: 'text', lines: [] }],
      };
      act.steps.push(step);
      target = step.parts[0]?.lines ?? [];
      return true;
    }
    const kind = partKind(heading);
    if (heading.level !== 3 || kind === null) return false;
    const step = act?.steps.at(-1);
    if (step === undefined)
      return (problem(line, `"${heading.title}" outside a step`, 'a step heading above it'), true);
    const lines: string[] = [];
    step.parts.push({ kind, lines });
    target = lines;
    return true;
  };

  text.split(/\r?\n/).forEach((raw, index) => {
    if (/^\s*(```|~~~)/.test(raw)) fenced = !fenced;
    const heading = fenced ? null : parseHeading(raw);
    if (heading !== null && onHeading(heading, index + 1)) return;
    target.push(raw);
  });

  if (title === '') problem(1, 'no title', '`# Title` in the first line');
  return { guide: { title, story: join(story), acts: acts.map(closeAct) }, problems };
}

function parseHeading(line: string): Heading | null {
  const match = /^(#{1,3})\s+(.*?)\s*(?:\{#([a-z0-9-]+)\})?\s*$/.exec(line);
  if (match === null) return null;
  const [, marks = '', title = '', id] = match;
  return { level: marks.length, title, id: id ?? null };
}

function partKind(heading: Heading): Part | null {
  if (heading.title === 'Hint') return 'hint';
  return heading.title === 'Why' ? 'why' : null;
}

function closeAct(act: OpenAct): GuideAct {
  return {
    id: act.id,
    title: act.title,
    intro: join(act.intro),
    line: act.line,
    steps: act.steps.map(closeStep),
  };
}

function closeStep(step: OpenStep): GuideStep {
  const of = (kind: Part) => step.parts.filter((part) => part.kind === kind).map((part) => join(part.lines));
  return {
    id: step.id,
    title: step.title,
    text: of('text').join('\n\n'),
    hints: of('hint'),
    why: of('why').join('\n\n'),
    line: step.line,
  };
}

function join(lines: readonly string[]): string {
  return lines.join('\n').trim();
}
