// Where to hold the cursor in a file: at what is declared, and at every name that is used outside imports.
import ts from "typescript";

/** A name and where it stands. */
export interface Place {
  readonly name: string;
  readonly offset: number;
  /** Whether it is declared here: a variable, a part of one that is taken apart, or a parameter. */
  readonly isDeclared: boolean;
}

const isDeclaration = ({ parent }: ts.Identifier): boolean =>
  ts.isVariableDeclaration(parent) || ts.isBindingElement(parent) || ts.isParameter(parent);

/** All names of a text, in order, without its imports. */
export const placesIn = (file: string, text: string): readonly Place[] => {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
  const places: Place[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) return;
    if (ts.isIdentifier(node))
      places.push({ name: node.text, offset: node.getStart(), isDeclared: isDeclaration(node) });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return places;
};
