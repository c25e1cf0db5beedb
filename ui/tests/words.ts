/**
 * Reads the sources as the compiler does and finds every text of the console: those that go through `t`, and those
 * that should. Not here: what must hold of them (words.test.ts).
 */
import ts from "typescript";

export type Used = { key: string; counted: boolean; contexts: string[]; tags: boolean; at: string };
export type Found = { used: Used[]; problems: string[] };

/** Attributes that a person reads or hears. */
const READ = /^(aria-label|aria-description|aria-roledescription|title|placeholder|alt|label|text|hint|note|empty)$/;
/** Attributes and calls whose strings are for programs. */
const CODE_ATTRIBUTES = /^(className|id|key|type|role|testId|data-.*|aria-(?!label|desc|role).*|d|viewBox|tone|kind)$/;
const CODE_CALLS =
  /^(querySelector|querySelectorAll|getElementById|addEventListener|createElement|setAttribute|matchMedia|useMedia|error|warn|info)$/;
/** Names, units and keys of the keyboard, which are the same everywhere. */
const SAME: ReadonlySet<string> = new Set(
  "null Nexus CPU RAM kB MB GB min JSON UTC API Enter Escape Tab Home End Delete Backspace PageUp PageDown ArrowUp ArrowDown ArrowLeft ArrowRight Shift Control Meta Alt Ctrl Esc Space NaN Infinity Ed25519 Linux macOS Windows Docker spore English Polski Bearer".split(
    " ",
  ),
);

export function scan(path: string, source: string): Found {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TSX);
  const found: Found = { used: [], problems: [] };
  const at = (node: ts.Node) => `${path}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isT(node)) {
      call(node, at(node), found, visit);
      return;
    }
    if (ts.isJsxElement(node) || ts.isJsxSelfClosingElement(node)) trans(node, at(node), found);
    if (ts.isJsxText(node) && saysSomething(node.text)) found.problems.push(`${at(node)} says "${short(node.text)}"`);
    if (isText(node) && !forPrograms(node) && reads(node))
      found.problems.push(`${at(node)} says "${short(textOf(node))}"`);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Of `t("…", { count, context: "…" })` and `phrase("…", parts, { count })`. The key must stand there, or nobody could look for it. */
function call(node: ts.CallExpression, at: string, found: Found, visit: (node: ts.Node) => void): void {
  const phrase = node.expression.getText() === "phrase";
  const [first, second, third] = node.arguments;
  const options = phrase ? third : second;
  const keys = first ? literals(first) : null;
  if (keys === null) {
    found.problems.push(`${at} does not write its key out`);
    return;
  }
  const named = (name: string) =>
    options && ts.isObjectLiteralExpression(options)
      ? options.properties.find((p) => p.name && ts.isIdentifier(p.name) && p.name.text === name)
      : undefined;
  const context = named("context");
  const contexts = context && ts.isPropertyAssignment(context) ? literals(context.initializer) : [];
  if (contexts === null || (context && contexts.length === 0))
    found.problems.push(`${at} does not write its context out`);
  for (const key of keys)
    found.used.push({ key, counted: named("count") !== undefined, contexts: contexts ?? [], tags: phrase, at });
  if (first && ts.isConditionalExpression(first)) visit(first.condition);
  if (second && ts.isObjectLiteralExpression(second))
    for (const property of second.properties)
      if (property !== context && ts.isPropertyAssignment(property)) visit(property.initializer);
}

/** Of `<Trans i18nKey="…" count={…} components={…} />`. Values would be read as markup; they go in as components. */
function trans(node: ts.JsxElement | ts.JsxSelfClosingElement, at: string, found: Found): void {
  const opening = ts.isJsxElement(node) ? node.openingElement : node;
  if (opening.tagName.getText() !== "Trans") return;
  const attributes = new Map<string, ts.JsxAttribute>();
  for (const attribute of opening.attributes.properties)
    if (ts.isJsxAttribute(attribute)) attributes.set(attribute.name.getText(), attribute);
  if (attributes.has("values")) found.problems.push(`${at} gives Trans values; give components`);
  const given = attributes.get("i18nKey")?.initializer;
  const keys =
    given && ts.isJsxExpression(given) ? given.expression && literals(given.expression) : given && literals(given);
  if (!keys) found.problems.push(`${at} does not write the key of Trans out`);
  for (const key of keys ?? [])
    found.used.push({ key, counted: attributes.has("count"), contexts: [], tags: true, at });
}

function isT(node: ts.CallExpression): boolean {
  const called = node.expression;
  return (
    (ts.isIdentifier(called) && /^(t|translate|phrase)$/.test(called.text)) ||
    (ts.isPropertyAccessExpression(called) && called.name.text === "t" && called.expression.getText() === "i18n")
  );
}

function literals(node: ts.Node): string[] | null {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isParenthesizedExpression(node)) return literals(node.expression);
  if (!ts.isConditionalExpression(node)) return null;
  const [yes, no] = [literals(node.whenTrue), literals(node.whenFalse)];
  return yes && no ? [...yes, ...no] : null;
}

function isText(node: ts.Node): node is ts.StringLiteralLike | ts.TemplateExpression {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
}

function textOf(node: ts.StringLiteralLike | ts.TemplateExpression): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  return [node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join("…");
}

/** Where no person reads: types, imports, names of things, comparisons, attributes for programs. */
function forPrograms(node: ts.Node): boolean {
  let inner = node;
  for (let up = node.parent; up; inner = up, up = up.parent) {
    if (ts.isTypeNode(up) || ts.isImportDeclaration(up) || ts.isExportDeclaration(up)) return true;
    if (ts.isJsxAttribute(up)) {
      const name = up.name.getText();
      if (CODE_ATTRIBUTES.test(name) || (name === "i18nKey" && inner === up.initializer)) return true;
      return up.parent.parent.getText().startsWith("<Trans") && name === "i18nKey";
    }
    if (ts.isCaseClause(up) && up.expression === inner) return true;
    if (ts.isBinaryExpression(up) && /^[!=]==?$/.test(up.operatorToken.getText())) return true;
    if (ts.isPropertyAssignment(up) && up.name === inner) return true;
    if (ts.isElementAccessExpression(up) && up.argumentExpression === inner) return true;
    if (
      ts.isCallExpression(up) &&
      up.expression !== inner &&
      CODE_CALLS.test(up.expression.getText().split(".").pop() ?? "")
    )
      return true;
    if (ts.isNewExpression(up) && /Error$|Set$/.test(up.expression.getText())) return true;
    if (ts.isJsxElement(up) || ts.isStatement(up) || ts.isFunctionLike(up)) return false;
  }
  return false;
}

/** A sentence, a capitalised word, or any word in a place that is read. */
function reads(node: ts.StringLiteralLike | ts.TemplateExpression): boolean {
  const text = textOf(node);
  if (!saysSomething(text) || SAME.has(text)) return false;
  const up = node.parent;
  if (ts.isJsxAttribute(up)) return READ.test(up.name.getText());
  if (ts.isJsxExpression(up)) return !ts.isJsxAttribute(up.parent) || READ.test(up.parent.name.getText());
  return /\p{L}{2,}[,.:;]? \p{L}/u.test(text) || /^\p{Lu}\p{Ll}+$/u.test(text) || /\p{L}{3,} …|… \p{L}{2,}/u.test(text);
}

/** A style, an expression about nodes, or a name in one piece. */
const NOTATION = /^(\d+px .*|[\w-]+\(.*\)|(?:(?:and|or|not|\S*\w[:=]\S+)(?: |$))+|[a-z0-9]+(?:[-_.][\w.-]+)+)$/;

function saysSomething(text: string): boolean {
  if (NOTATION.test(text.trim())) return false;
  return text.split(/[\s…]+/).some((word) => /\p{L}{2,}/u.test(word) && !/^\w+[:=]\w/.test(word) && !SAME.has(word));
}

function short(text: string): string {
  return text.replace(/\s+/g, " ").trim().slice(0, 60);
}
