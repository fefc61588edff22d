import type { Room } from './floors.ts';
import type { Import } from './imports.ts';

/** Finds imports that break the rules of the floors. Returns a sentence for each. Files outside all rooms, such as tests, have no rules. */
export function findViolations(floors: readonly (readonly Room[])[], imports: readonly Import[]): string[] {
  const rooms = floors.flatMap((floor, level) => floor.map((room) => ({ ...room, level })));
  // A room may lie in another's folder: the deepest folder is the file's room.
  const deepestFirst = rooms.toSorted((a, b) => b.folder.length - a.folder.length);
  const roomOf = (file: string) => deepestFirst.find(({ folder }) => file.startsWith(`${folder}/`));
  return imports.flatMap(({ file, target, isType }) => {
    const from = roomOf(file);
    if (from === undefined) return [];
    const to = roomOf(target);
    const rule =
      to === undefined
        ? findBrokenOwnership(rooms, from, target, isType)
        : to === from
          ? undefined
          : findBrokenFloor(from, to);
    return rule === undefined ? [] : [`${file} imports ${target}: ${rule}`];
  });
}

interface PlacedRoom extends Room {
  readonly level: number;
}

function findBrokenFloor(from: PlacedRoom, to: PlacedRoom): string | undefined {
  if (to.level < from.level) return `${to.folder} is on a floor above ${from.folder}`;
  if (to.level === from.level) return `${from.folder} and ${to.folder} are on the same floor`;
  if (from.uses?.includes(to.folder) === false) return `${from.folder} may use only ${from.uses.join(', ')}`;
  if (from.avoids?.some((folder) => isIn(to.folder, folder)) === true)
    return `${from.folder} must not reach ${to.folder}`;
  return undefined;
}

function findBrokenOwnership(
  rooms: readonly PlacedRoom[],
  from: PlacedRoom,
  target: string,
  isType: boolean,
): string | undefined {
  const owners = rooms.filter(({ owns = [] }) => owns.some((name) => isIn(target, name)));
  if (isType || owners.length === 0 || owners.includes(from)) return undefined;
  return `only ${owners.map(({ folder }) => folder).join(' and ')} may import that package`;
}

/** Whether a path is the folder (or package) of that name or lies in it. */
function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
