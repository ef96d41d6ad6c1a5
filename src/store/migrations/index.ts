import { directoryMigration } from "./0001-directory.ts";
import { appsMigration } from "./0002-apps.ts";
import { provisioningMigration } from "./0003-provisioning.ts";
import { journalMigration } from "./0004-journal.ts";
import { sandboxMigration } from "./0005-sandbox.ts";
import { schemaVersionsMigration } from "./0006-schema-versions.ts";
import { providerMigration } from "./0007-provider.ts";
import { tenantMigration } from "./0008-tenant.ts";
import { memberDueMigration } from "./0010-member-due.ts";
import { expectedMembersMigration } from "./0012-expected-members.ts";
import { ignoredChangesMigration } from "./0013-ignored-changes.ts";

/** Every migration by its number and name, forward only. Their SQL is never changed after a release; a new number is added instead. */
export const migrations: Readonly<Record<string, string>> = {
  "0001-directory": directoryMigration,
  "0002-apps": appsMigration,
  "0003-provisioning": provisioningMigration,
  "0004-journal": journalMigration,
  "0005-sandbox": sandboxMigration,
  "0006-schema-versions": schemaVersionsMigration,
  "0007-provider": providerMigration,
  "0008-tenant": tenantMigration,
  "0010-member-due": memberDueMigration,
  "0012-expected-members": expectedMembersMigration,
  "0013-ignored-changes": ignoredChangesMigration,
};
