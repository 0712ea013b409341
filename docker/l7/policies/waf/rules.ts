import type { Rule } from './rule.ts';
import { codeRules } from './rules/code.ts';
import { commandRules } from './rules/command.ts';
import { fileRules } from './rules/file.ts';
import { injectionRules } from './rules/injection.ts';
import { scriptRules } from './rules/script.ts';
import { sqlRules } from './rules/sql.ts';

/** Ours, written for this lab: the families and the idea of scores are the Core Rule Set's, the patterns are not. */
export const rules: readonly Rule[] = [
  ...sqlRules,
  ...scriptRules,
  ...fileRules,
  ...commandRules,
  ...codeRules,
  ...injectionRules,
];
