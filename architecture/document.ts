import type { Room } from './floors.ts';

const start = '<!-- floors: written by `npm run floors -- --write` -->';
const end = '<!-- end of floors -->';

/** The document with its section of floors, between two markers, replaced by the picture and the list of today's floors. */
export function withFloors(document: string, floors: readonly (readonly Room[])[]): string {
  const [before, rest] = document.split(start);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error(`the document lacks the markers ${start} and ${end}`);
  return `${before}${start}\n\n${picture(floors)}\n\n${list(floors)}\n\n${end}${after}`;
}

/** A Mermaid drawing: one box a floor, the rooms in it side by side, and one arrow from each floor to the next lower one. */
function picture(floors: readonly (readonly Room[])[]): string {
  const boxes = floors.flatMap((rooms, level) => [
    `  subgraph floor${level}[" "]`,
    '    direction LR',
    ...rooms.map(({ folder }) => `    ${nodeId(folder)}["${folder}/"]`),
    '  end',
  ]);
  const arrows = floors.slice(1).map((_, level) => `  floor${level} --> floor${level + 1}`);
  return ['```mermaid', 'flowchart TB', ...boxes, ...arrows, '```'].join('\n');
}

function nodeId(folder: string): string {
  return folder.replaceAll('/', '_');
}

function list(floors: readonly (readonly Room[])[]): string {
  const rows = floors.flatMap((rooms, level) =>
    rooms.map((room) => `| ${level + 1} | \`${room.folder}/\` | ${room.holds}${limits(room)} |`),
  );
  return ['| floor | room | what it holds |', '| --- | --- | --- |', ...rows].join('\n');
}

function limits({ uses, avoids, owns }: Room): string {
  const names = (folders: readonly string[]) => folders.map((folder) => `\`${folder}\``).join(', ');
  return [
    uses && ` Imports only ${names(uses)}.`,
    avoids && ` Never imports ${names(avoids)}.`,
    owns && ` Alone imports ${names(owns)}.`,
  ]
    .filter((text) => text !== undefined)
    .join('');
}
