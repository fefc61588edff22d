import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** The name of the file in a function's bundle that lists the packages in the bundle. */
export const billFile = 'bom.cdx.json';

interface PackageFile {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/** Matches the folder of a package in the path of a file: the last such folder, because packages may contain packages. */
const packageFolder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;

/**
 * Lists what a bundle contains, in the format CycloneDX 1.6: each package with a file of which at least a byte is in the
 * bundle. It has neither a time nor a random number, so equal bundles have equal lists. `root` is the folder to which the
 * paths in `metafile` are relative.
 */
export function createBill({ outputs }: Metafile, root: string): object {
  const folders = new Set(
    Object.values(outputs)
      .flatMap(({ inputs }) => Object.entries(inputs))
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .flatMap(([path]) => packageFolder.exec(path) ?? []),
  );
  const components = [...folders].map((folder) => readPackage(join(root, folder)));
  const byUrl = new Map(components.map((each) => [urlOf(each), each]));
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: describe('application', readPackage(root)) },
    components: [...byUrl]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, each]) => describe('library', each)),
  };
}

function readPackage(folder: string): PackageFile {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageFile;
}

function describe(type: 'application' | 'library', found: PackageFile): object {
  const { name, version, license } = found;
  const purl = urlOf(found);
  const licenses = license === undefined ? {} : { licenses: [{ expression: license }] };
  return { type, 'bom-ref': purl, name, version, purl, ...licenses };
}

/** Returns the package URL (purl), which names a package and its version in every such list. */
function urlOf({ name, version }: PackageFile): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}
