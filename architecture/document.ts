import type { Room } from './floors.ts';

const start = '<!-- floors: written by `npm run floors -- --write` -->';
const end = '<!-- end of floors -->';

/** Replaces the section of the document between the two markers by a picture and a list of the floors, and returns it. */
export function insertFloors(document: string, floors: readonly (readonly Room[])[]): string {
  const [before, rest] = document.split(start);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error(`the document lacks the markers ${start} and ${end}`);
  return `${before}${start}\n\n${drawFloors(floors)}\n\n${listRooms(floors)}\n\n${end}${after}`;
}

/** Draws the floors with Mermaid: a box for each floor with its rooms side by side, and an arrow to the next lower floor. */
function drawFloors(floors: readonly (readonly Room[])[]): string {
  const boxes = floors.flatMap((rooms, level) => [
    `  subgraph floor${level}[" "]`,
    '    direction LR',
    ...rooms.map(({ folder }) => `    ${toNodeId(folder)}["${folder}/"]`),
    '  end',
  ]);
  const arrows = floors.slice(1).map((_, level) => `  floor${level} --> floor${level + 1}`);
  return ['```mermaid', 'flowchart TB', ...boxes, ...arrows, '```'].join('\n');
}

function toNodeId(folder: string): string {
  return folder.replaceAll('/', '_');
}

function listRooms(floors: readonly (readonly Room[])[]): string {
  const rows = floors.flatMap((rooms, level) =>
    rooms.map((room) => `| ${level + 1} | \`${room.folder}/\` | ${room.holds}${describeRules(room)} |`),
  );
  return ['| floor | room | what it holds |', '| --- | --- | --- |', ...rows].join('\n');
}

function describeRules({ uses, avoids, owns }: Room): string {
  const names = (folders: readonly string[]) => folders.map((folder) => `\`${folder}\``).join(', ');
  return [
    uses && ` Imports only ${names(uses)}.`,
    avoids && ` Never imports ${names(avoids)}.`,
    owns && ` May import ${names(owns)}, which only the rooms that say so may.`,
  ]
    .filter((text) => text !== undefined)
    .join('');
}
