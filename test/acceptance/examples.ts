/** A piece of a page that can be run. */
export interface Example {
  /** The heading that it stands under. */
  readonly section: string;
  readonly language: string;
  readonly code: string;
  /** What stands below it as its output. */
  readonly prints: string | undefined;
}

/** The fenced blocks of a Markdown page, in order; a block `text` is the output of the one before. */
export function examplesOf(page: string): Example[] {
  const blocks = page.matchAll(/^## (?<section>.+)$|^```(?<language>\w+)\n(?<code>[^]*?)^```$/gm);
  const examples: Example[] = [];
  let section = '';
  for (const { groups = {} } of blocks) {
    const { language, code = '' } = groups;
    const last = examples.at(-1);
    if (groups['section'] !== undefined) section = groups['section'];
    else if (language === 'text' && last) examples[examples.length - 1] = { ...last, prints: code };
    else if (language !== undefined) examples.push({ section, language, code, prints: undefined });
  }
  return examples;
}
