/** What a target answers with success and does not do, so that it is told once and not sent for ever. */
export const ignoredChangesMigration = `
-- a list of changes, each with path, what was wanted, what the target has, and since when; null: none
alter table provisioning.link add column ignored jsonb;
create index link_ignored on provisioning.link (job_id) where ignored is not null;
`;
