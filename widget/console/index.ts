import { OffsiteConsole } from "./offsite-console.ts";
import { ConsoleOverview } from "./pages/overview.ts";
import { ConsoleList } from "./pages/list.ts";
import { ConsoleRecord } from "./pages/record.ts";
import { ConsoleSearch } from "./pages/search.ts";
import { ConsoleWebhooks } from "./pages/webhooks.ts";
import { OperationDialog } from "./operation-dialog.ts";
import { styles } from "./styles.ts";

const sheet = new CSSStyleSheet();
sheet.replaceSync(styles);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

customElements.define("console-overview", ConsoleOverview);
customElements.define("console-list", ConsoleList);
customElements.define("console-record", ConsoleRecord);
customElements.define("console-search", ConsoleSearch);
customElements.define("console-webhooks", ConsoleWebhooks);
customElements.define("operation-dialog", OperationDialog);
customElements.define("offsite-console", OffsiteConsole);
