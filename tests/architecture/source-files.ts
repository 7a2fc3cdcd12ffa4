// Reads source text into what the rules ask for: imports with their lines, and uses of banned names.
import { parseAst } from 'vite';
import { BANNED_GLOBALS, BANNED_MATH, BANNED_METHODS } from './floors';

export interface ImportUse {
  readonly specifier: string;
  readonly line: number;
}

export interface NameUse {
  readonly name: string;
  readonly line: number;
}

export interface SourceFile {
  /** Relative to the repository, with forward slashes. */
  readonly path: string;
  readonly lineCount: number;
  readonly imports: readonly ImportUse[];
  readonly bannedNames: readonly NameUse[];
  readonly doubleCasts: readonly NameUse[];
}

interface AstNode {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

function isNode(value: unknown): value is AstNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function nodeField(node: AstNode, field: string): AstNode | undefined {
  const value = node[field];
  return isNode(value) ? value : undefined;
}

function identifierName(node: AstNode | undefined): string | undefined {
  return node?.type === 'Identifier' && typeof node['name'] === 'string' ? node['name'] : undefined;
}

function literalText(node: AstNode | undefined): string | undefined {
  return node?.type === 'Literal' && typeof node['value'] === 'string' ? node['value'] : undefined;
}

/** Calls `visit` for every node below `node`, with the node's parent and the parent's field. */
function walk(node: AstNode, visit: (node: AstNode, parent: AstNode, field: string) => void): void {
  for (const [field, value] of Object.entries(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (!isNode(child)) continue;
      visit(child, node, field);
      walk(child, visit);
    }
  }
}

/** The module a node refers to: static and dynamic imports, re-exports, import types, and `new URL('./x', import.meta.url)`. */
function importedModule(node: AstNode): string | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
    case 'ImportExpression':
    case 'TSImportType':
      return literalText(nodeField(node, 'source') ?? nodeField(node, 'argument'));
    case 'NewExpression': {
      if (identifierName(nodeField(node, 'callee')) !== 'URL') return undefined;
      const [first, second]: readonly unknown[] = Array.isArray(node['arguments']) ? node['arguments'] : [];
      const relative = isNode(first) ? literalText(first) : undefined;
      return isNode(second) && second.type === 'MemberExpression' && relative?.startsWith('.') ? relative : undefined;
    }
    default:
      return undefined;
  }
}

/** Whether an identifier in this position names a property or a member rather than a variable. */
function isPropertyName(parent: AstNode, field: string): boolean {
  if (parent['computed'] === true || parent['shorthand'] === true) return false;
  return (
    (parent.type === 'MemberExpression' && field === 'property') ||
    (field === 'key' && parent.type !== 'TSMappedType') ||
    parent.type === 'TSQualifiedName' ||
    parent.type === 'ImportSpecifier' ||
    parent.type === 'ExportSpecifier' ||
    parent.type === 'LabeledStatement'
  );
}

function bannedName(node: AstNode, parent: AstNode, field: string): string | undefined {
  if (node.type === 'BinaryExpression' && node['operator'] === '**') return '**';
  if (node.type === 'AssignmentExpression' && node['operator'] === '**=') return '**=';
  if (node.type === 'MemberExpression') {
    const property = nodeField(node, 'property');
    const name = identifierName(property) ?? literalText(property) ?? '';
    const object = identifierName(nodeField(node, 'object'));
    if (object === 'Math' && BANNED_MATH.includes(name)) return `Math.${name}`;
    if (BANNED_METHODS.includes(name)) return name;
  }
  const name = identifierName(node);
  if (name === undefined || isPropertyName(parent, field)) return undefined;
  if (BANNED_GLOBALS.includes(name)) return name;
  // `const { log } = Math` and `const m = Math` would hide what the member rule looks for.
  const isPlainMember = parent.type === 'MemberExpression' && field === 'object';
  return name === 'Math' && !isPlainMember ? 'Math as a value' : undefined;
}

/** Parses one file; throws where its syntax is broken. */
export function readSourceFile(path: string, text: string): SourceFile {
  const lineStarts = [0];
  for (let index = text.indexOf('\n'); index !== -1; index = text.indexOf('\n', index + 1)) lineStarts.push(index + 1);
  const lineOf = (offset: number): number => {
    const next = lineStarts.findIndex((start) => start > offset);
    return next === -1 ? lineStarts.length : next;
  };
  const imports: ImportUse[] = [];
  const bannedNames: NameUse[] = [];
  const doubleCasts: NameUse[] = [];
  const program: unknown = parseAst(text, { lang: path.endsWith('x') ? 'tsx' : 'ts' });
  if (!isNode(program)) throw new Error(`${path}: the parser gave no syntax tree`);
  walk(program, (node, parent, field) => {
    const specifier = importedModule(node);
    if (specifier !== undefined) imports.push({ specifier, line: lineOf(node.start) });
    const banned = bannedName(node, parent, field);
    if (banned !== undefined) bannedNames.push({ name: banned, line: lineOf(node.start) });
    if (node.type === 'TSAsExpression' && nodeField(node, 'expression')?.type === 'TSAsExpression') {
      doubleCasts.push({ name: 'as ... as', line: lineOf(node.start) });
    }
  });
  const lineCount = text.endsWith('\n') ? lineStarts.length - 1 : lineStarts.length;
  return { path, lineCount, imports, bannedNames, doubleCasts };
}
