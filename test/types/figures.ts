export const printFigures = (print: (line: string) => void): void => print("");
