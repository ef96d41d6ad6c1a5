export const directoryMigration = `
create schema directory;
`;
