/** Memberships that are owed an evaluation, so that a change of one costs what it is and not what the group is. */
export const memberDueMigration = `
create table provisioning.member_due (
  job_id text not null references provisioning.job on delete cascade,
  group_id uuid not null,
  -- all zeros: the whole set
  member_id uuid not null,
  -- true: the whole set is compared with the target's own as well
  look boolean not null default false,
  -- a row is deleted only at the version that was evaluated
  version bigint not null default nextval('provisioning.due_version'),
  primary key (job_id, group_id, member_id)
);

-- What was owed before is not known one by one.
insert into provisioning.member_due (job_id, group_id, member_id)
select distinct job_id, source_id, '00000000-0000-0000-0000-000000000000'::uuid from provisioning.link where object_type = 'Group';
`;
