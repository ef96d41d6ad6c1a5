export const appsMigration = `
create schema apps;
`;
