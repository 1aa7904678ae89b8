import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';

/** A dialog over the page: focus stays inside, Escape leaves it, and the page behind keeps what was typed. */
export const Dialog = ({
  title,
  open,
  onClose,
  children,
  wide = false,
  alert = false,
}: {
  title: string;
  open: boolean;
  onClose: () => void;
  children: ReactNode;
  wide?: boolean;
  alert?: boolean;
}) => (
  <ModalOverlay
    className="overlay"
    isOpen={open}
    isDismissable={!alert}
    onOpenChange={(now) => {
      if (!now) onClose();
    }}
  >
    <Modal className="dialog" {...(wide ? { 'data-wide': true } : {})}>
      <AriaDialog role={alert ? 'alertdialog' : 'dialog'}>
        <Heading slot="title" level={2}>
          {title}
        </Heading>
        <div className="dialog-body">{children}</div>
      </AriaDialog>
    </Modal>
  </ModalOverlay>
);
