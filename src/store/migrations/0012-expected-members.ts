/** Members who are about to be written into a group, so that they are known when nobody hears whether they were. */
export const expectedMembersMigration = `
alter table provisioning.member_link add column certain boolean not null default true;
`;
