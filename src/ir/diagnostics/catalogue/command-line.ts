// W6xx: the command line and the model files it loads.

interface CommandLineRows {}

export const commandLine: CommandLineRows = {};
