import { expect, it } from 'vitest';
import { textOf } from './pages.ts';

interface Package {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

it('docs/dependencies.md gives a reason for each package of package.json, and for no other', () => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
    textOf('package.json'),
  ) as Package;
  const installed = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
  const rows = textOf('docs/dependencies.md').matchAll(/^\| (?<packages>`.+?) \|/gm);
  const named = Array.from(rows, ({ groups }) => groups?.['packages'] ?? '').flatMap((cell) =>
    Array.from(cell.matchAll(/`([^`]+)`/g), ([, name = '']) => name),
  );
  const isNamed = (name: string) =>
    named.includes(name) || (name.startsWith('@aws-sdk/') && named.includes('@aws-sdk/*'));
  expect(installed.filter((name) => !isNamed(name))).toEqual([]);
  expect(named.filter((name) => !installed.includes(name) && name !== '@aws-sdk/*')).toEqual([]);
});
