export const journalMigration = `
create schema journal;
`;
