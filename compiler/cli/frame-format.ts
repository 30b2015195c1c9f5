/** How frames are shown: as trees, one line each, or one JSON object a line. */
export const FRAME_FORMATS = ['tree', 'brief', 'json'] as const;
export type FrameFormat = (typeof FRAME_FORMATS)[number];
