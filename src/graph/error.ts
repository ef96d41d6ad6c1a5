export interface GraphErrorDetail {
  readonly code: string;
  readonly target: string;
  readonly message: string;
}

export interface GraphErrorBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly details?: readonly GraphErrorDetail[];
    readonly innerError: {
      /** UTC without zone, to the second. */
      readonly date: string;
      readonly "request-id": string;
      readonly "client-request-id": string;
    };
  };
}

/** The one form in which every error leaves the server. */
export const errorBody = (
  error: {
    readonly code: string;
    readonly message: string;
    readonly details?: readonly GraphErrorDetail[] | undefined;
  },
  request: { readonly requestId: string; readonly clientRequestId: string; readonly now: Date },
): GraphErrorBody => ({
  error: {
    code: error.code,
    message: error.message,
    ...(error.details === undefined || error.details.length === 0 ? {} : { details: error.details }),
    innerError: {
      date: request.now.toISOString().slice(0, 19),
      "request-id": request.requestId,
      "client-request-id": request.clientRequestId,
    },
  },
});

/** Texts that Graph's clients compare. */
export const graphTexts = {
  notFound: (id: string) =>
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  nameTaken: "Another object with the same value for property userPrincipalName already exists.",
  conflict: "A conflicting object with one or more of the specified property values is present in the directory.",
  memberExists: "One or more added object references already exist for the following modified properties: 'members'.",
  assignmentExists: "Permission being assigned already exists on the object",
  invalidReference: "Not a valid reference update",
  invalidResource: "Invalid resource identifier for EntitlementGrant.",
  noToken: "Access token is empty.",
  badToken: "Access token validation failure.",
  noSegment: (segment: string) => `Resource not found for the segment '${segment}'.`,
  notAllowed: "Specified HTTP method is not allowed for the request target.",
} as const;
