/** The few icons there are; each is decoration beside a text or a label. */
import type { ReactNode } from "react";

function Icon({ children }: { children: ReactNode }) {
  return (
    <svg
      viewBox="0 0 16 16"
      width="16"
      height="16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden
      focusable="false"
    >
      {children}
    </svg>
  );
}

export const IconCheck = () => (
  <Icon>
    <path d="M3 8.5 6.5 12 13 4.500" />
  </Icon>
);
export const IconBack = () => (
  <Icon>
    <path d="M10 3 5 8l5 5" />
  </Icon>
);
export const IconForward = () => (
  <Icon>
    <path d="m6 3 5 5-5 5" />
  </Icon>
);
export const IconClose = () => (
  <Icon>
    <path d="m4 4 8 8M12 4l-8 8" />
  </Icon>
);
export const IconBook = () => (
  <Icon>
    <path d="M8 4.200C6.500 3 4.500 2.800 2 3v9.500c2.500-.2 4.500 0 6 1.200 1.500-1.200 3.500-1.400 6-1.200V3c-2.500-.2-4.500 0-6 1.200Zm0 0v9.500" />
  </Icon>
);
export const IconHistory = () => (
  <Icon>
    <path d="M2.500 8a5.500 5.500 0 1 0 1.700-4L2.500 5.500m0-3v3h3M8 5v3.200l2 1.300" />
  </Icon>
);
export const IconKeys = () => (
  <Icon>
    <rect x="1.500" y="4" width="13" height="8.500" rx="1.500" />
    <path d="M4 6.800h.01M6.700 6.800h.01M9.300 6.800h.01M12 6.800h.01M5 9.800h6" />
  </Icon>
);
export const IconGrid = () => (
  <Icon>
    <path d="M2.500 4h11M2.500 8h11M2.500 12h11" />
  </Icon>
);
export const IconMore = () => (
  <Icon>
    <path d="M3.500 8h.01M8 8h.01M12.500 8h.01" strokeWidth="2" />
  </Icon>
);
export const IconPlus = () => (
  <Icon>
    <path d="M8 3v10M3 8h10" />
  </Icon>
);
export const IconExport = () => (
  <Icon>
    <path d="M8 2.500v7.500m-3-3 3 3 3-3M3 13.500h10" />
  </Icon>
);
export const IconFilter = () => (
  <Icon>
    <path d="M2.500 4h11M4.500 8h7M6.500 12h3" />
  </Icon>
);
export const IconEnter = () => (
  <Icon>
    <path d="M13 3.500v4a2 2 0 0 1-2 2H3m3-3-3 3 3 3" />
  </Icon>
);
export const IconBackspace = () => (
  <Icon>
    <path d="M5.500 3.500H14v9H5.500L1.500 8Zm2.500 3 3 3m0-3-3 3" />
  </Icon>
);
export const IconShift = () => (
  <Icon>
    <path d="M8 2.500 2.500 8h3v5h5V8h3Z" />
  </Icon>
);
