// W4xx: files that are read or written.

interface FileRows {}

export const files: FileRows = {};
