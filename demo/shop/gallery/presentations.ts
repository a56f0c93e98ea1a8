/** A way to meet the provider's page, played with the real server and the demo's provider. */
export interface GalleryPresentation {
  id: string;
  title: string;
  text: string;
  /** The element's attributes. Each names another product, as one tab remembers one order of each. */
  attributes: Readonly<Record<string, string>> & { readonly sku: string };
}

/** Every presentation, and the dialog around the frame. */
export const GALLERY_PRESENTATIONS: readonly GalleryPresentation[] = [
  {
    id: "auto",
    title: "By itself",
    text: "The element takes the first of frame, window and redirect that the gateway offers and that works here.",
    attributes: { sku: "mug" },
  },
  {
    id: "iframe",
    title: "Frame",
    text: "The provider's page opens in the element.",
    attributes: { sku: "notebook", gateway: "card", presentation: "iframe" },
  },
  {
    id: "overlay",
    title: "Frame in a dialog",
    text: "The provider's page opens over this one. Escape calls the attempt off.",
    attributes: { sku: "tote", gateway: "card", presentation: "iframe", overlay: "" },
  },
  {
    id: "popup",
    title: "Window",
    text: "The provider's page opens in a window of its own, which closes when the customer is done.",
    attributes: { sku: "print", gateway: "card", presentation: "popup" },
  },
  {
    id: "redirect",
    title: "Redirect",
    text: "The provider's page takes this one's place, and leads back to it.",
    attributes: { sku: "candle", gateway: "card", presentation: "redirect" },
  },
];
