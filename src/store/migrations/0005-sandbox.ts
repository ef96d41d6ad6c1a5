export const sandboxMigration = `
create schema sandbox;
`;
