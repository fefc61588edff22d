/** An example on a page that tests can run. */
export interface Example {
  /** The heading above the example. */
  readonly section: string;
  readonly language: string;
  readonly code: string;
  /** The output below the example. */
  readonly prints: string | undefined;
}

/** Reads the fenced blocks of a Markdown page, in order. A block `text` is the output of the previous block. */
export function readExamples(page: string): Example[] {
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
