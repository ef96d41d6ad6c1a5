export const provisioningMigration = `
create schema provisioning;
`;
