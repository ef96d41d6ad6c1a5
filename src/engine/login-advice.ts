import type { Template } from "#apps";
import { listUsers } from "#directory";
import type { Queryable } from "#store";

/** People looked at; an advice needs an example, not a count. */
const sample = 1000;

/**
 * A target that keeps one e-mail address as the login may not find an account by `userName` when the login in the directory is another text than the mail
 * (thousandeyes section 0, 6). Says so with an example when there are such people.
 */
export const loginAdvice = async (q: Queryable, template: Template): Promise<string[]> => {
  const sources = new Map(template.mappings.map(({ target, source }) => [target, source]));
  if (sources.get("userName") !== "userPrincipalName" || sources.get('emails[type eq "work"].value') !== "mail")
    return [];
  const people = await listUsers(q, { limit: sample });
  const differing = people.filter(
    ({ attributes: { userPrincipalName, mail } }) =>
      mail !== undefined && String(mail).toLowerCase() !== String(userPrincipalName).toLowerCase(),
  );
  const [first] = differing;
  if (first === undefined) return [];
  return [
    `Of ${people.length} people looked at, ${differing.length} have a user principal name that differs from their mail (for example ${first.attributes.userPrincipalName} and ${first.attributes.mail}). ` +
      "If the target keeps one e-mail address as the login, and reads it from the mail first, a query by userName may not find such an account. Map mail to userName as well if accounts are there already.",
  ];
};
