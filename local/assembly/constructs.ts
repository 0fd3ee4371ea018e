import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from './files';

interface TreeNode {
  readonly path?: string;
  readonly constructInfo?: { readonly fqn?: string };
  readonly children?: Readonly<Record<string, TreeNode>>;
  /** A subtree kept in a file of its own: large apps are split. */
  readonly fileName?: string;
  readonly treeId?: string;
}

type MetadataEntries = Readonly<Record<string, ReadonlyArray<{ readonly type: string; readonly data?: unknown }>>>;

/** Class names by construct path; empty when the app was synthesized without its tree. */
export function readConstructTree(directory: string): Map<string, string> {
  const found = new Map<string, string>();
  const file = join(directory, 'tree.json');
  if (existsSync(file)) collect(directory, (readJson(file) as { tree: TreeNode }).tree, found);
  return found;
}

function collect(directory: string, node: TreeNode, found: Map<string, string>): void {
  const here = node.fileName ? subtree(directory, node.fileName, node.treeId) : node;
  if (here.path && here.constructInfo?.fqn) found.set(here.path, here.constructInfo.fqn);
  for (const child of Object.values(here.children ?? {})) collect(directory, child, found);
}

function subtree(directory: string, fileName: string, treeId: string | undefined): TreeNode {
  const file = readJson(join(directory, fileName)) as { tree: TreeNode; forest: Record<string, TreeNode> };
  return treeId ? file.forest[treeId] : file.tree;
}

/** Construct paths by logical id, from the metadata a stack was synthesized with. */
export function readConstructPaths(directory: string, file: string | undefined, inline: MetadataEntries | undefined): Map<string, string> {
  const metadata = file ? readJson(join(directory, file)) as MetadataEntries : inline ?? {};
  const paths = new Map<string, string>();
  for (const [path, entries] of Object.entries(metadata)) {
    for (const { type, data } of entries) {
      if (type === 'aws:cdk:logicalId' && typeof data === 'string') paths.set(data, path.replace(/^\//, ''));
    }
  }
  return paths;
}
