import type { Requirement } from "../requirement.ts";
import { authentication } from "./authentication.ts";
import { bulk } from "./bulk.ts";
import { characteristics } from "./characteristics.ts";
import { contentTypes } from "./content-types.ts";
import { create } from "./create.ts";
import { remove } from "./delete.ts";
import { discovery } from "./discovery.ts";
import { errors } from "./errors.ts";
import { etag } from "./etag.ts";
import { filter } from "./filter.ts";
import { groups } from "./groups.ts";
import { paging } from "./paging.ts";
import { patchAdd } from "./patch-add.ts";
import { patchMessage } from "./patch-message.ts";
import { patchRemove } from "./patch-remove.ts";
import { patchReplace } from "./patch-replace.ts";
import { projection } from "./projection.ts";
import { read } from "./read.ts";
import { replace } from "./replace.ts";
import { robustness } from "./robustness.ts";
import { search } from "./search.ts";
import { sort } from "./sort.ts";
import { unicode } from "./unicode.ts";

/** Everything that a provider is asked, in the order in which it is asked. */
export const allRequirements: readonly Requirement[] = [
  ...[discovery, authentication, contentTypes, errors],
  ...[create, read, replace, patchMessage, patchAdd, patchRemove, patchReplace, remove],
  ...[filter, sort, paging, projection, search, etag, bulk],
  ...[groups, characteristics, unicode, robustness],
].flat();
